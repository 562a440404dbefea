/* The conversation's part of the page: it shows the newest question and opens quotes' articles. */
watch('value', () => {
    const notice = element.querySelector('.notice');
    const newest = element.querySelector('.exchange:last-of-type');
    (notice ?? newest)?.scrollIntoView({ block: notice ? 'nearest' : 'start' });
});

/* The link that a click on a card, a mark or a number stands for. */
function linkOf(target) {
    const link = target.closest('a, button, summary, input');
    if (link) return link.matches('a.open') ? link : null;
    const card = target.closest('li.card');
    if (!card || String(window.getSelection())) return null;
    const number = target.closest('mark')?.dataset.number;
    return card.querySelector(number ? `a.open[data-number="${number}"]` : 'a.open');
}

element.addEventListener('click', (event) => {
    const tool = event.target.closest('button.tool');
    if (tool) {
        const { act, exchange } = tool.dataset;
        trigger(act === 'retry' ? 'retry' : 'judge', { act, exchange });
        return;
    }
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey)
        return;
    const link = linkOf(event.target);
    if (!link) return;
    event.preventDefault();
    history.pushState(null, '', link.getAttribute('href'));
    window.dispatchEvent(new CustomEvent('evqa:place', { detail: { opener: link } }));
});
