/* The article beside the conversation: the address of the page says which, and where in it. */
let opener = null;
let expected = false;

function show() {
    const named = new URLSearchParams(location.search).has('article');
    if (!named && !element.querySelector('.view')) return;
    expected = named;
    trigger('visit', { query: location.search });
}

function close() {
    const address = new URL(location.href);
    for (const name of ['article', 'start', 'end', 'words', 'also'])
        address.searchParams.delete(name);
    history.pushState(null, '', address);
    show();
    (opener?.isConnected ? opener : document.querySelector('#question textarea'))?.focus();
    opener = null;
}

async function copy(button) {
    const citation = button.nextElementSibling;
    const said = element.querySelector('.copied');
    try {
        await navigator.clipboard.writeText(citation.textContent);
        said.textContent = `Copied as ${button.textContent}.`;
    } catch {
        /* The clipboard is closed where the page is not of this machine and not on https. */
        citation.hidden = false;
        window.getSelection().selectAllChildren(citation);
        said.textContent = 'Selected: copy it with the keyboard.';
    }
}

watch('value', () => {
    const view = element.querySelector('.view');
    if (!view || !expected) return;
    expected = false;
    element.querySelector('.view-title').focus({ preventScroll: true });
    const quote = view.querySelector('mark.own');
    view.scrollIntoView({ block: 'nearest' });
    quote?.scrollIntoView({ block: 'center' });
});

element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.matches('.close')) close();
    if (button?.matches('.copy')) copy(button);
});
element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
});
window.addEventListener('popstate', show);
window.addEventListener('evqa:place', (event) => {
    opener = event.detail.opener;
    show();
});
show();
