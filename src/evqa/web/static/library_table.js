/* The table: sorted by its heads, articles are picked by their boxes, and removed after a question. */
let removing = null;

watch('value', () => {
    for (const box of element.querySelectorAll('.pick')) box.checked = box.hasAttribute('checked');
});

async function remove() {
    const said = element.querySelector('.removed');
    try {
        const reply = await fetch('library/remove', { method: 'POST', body: removing });
        said.textContent = (await reply.json()).said;
    } catch {
        said.textContent = 'evqa could not be reached, or refused it.';
    }
    trigger('changed', {});
}

element.addEventListener('change', (event) => {
    const box = event.target.closest('.pick');
    if (box) trigger('pick', { id: box.dataset.id, wanted: box.checked });
});
element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    const sure = element.querySelector('.sure');
    if (button?.matches('.sort')) trigger('sort', { column: button.dataset.column });
    if (button?.matches('.more')) trigger('more', {});
    if (button?.matches('.remove')) {
        removing = button.dataset.id;
        sure.querySelector('p').textContent =
            `Remove “${button.dataset.title}” from the corpus? The file is deleted.`;
        sure.showModal();
    }
    if (button?.matches('.yes, .no')) sure.close();
    if (button?.matches('.yes')) remove();
});
