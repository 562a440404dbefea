/* What questions are asked of; every change of the form counts at once. */
let waiting = null;

function choose() {
    const form = new FormData(element.querySelector('form'));
    trigger('choose', {
        outlets: form.getAll('outlets'),
        languages: form.getAll('languages'),
        from: form.get('from') ?? '',
        to: form.get('to') ?? '',
        words: form.get('words') ?? '',
    });
}

element.addEventListener('change', (event) => {
    if (event.target.name !== 'words') choose();
});
element.addEventListener('input', (event) => {
    if (event.target.name !== 'words') return;
    clearTimeout(waiting);
    waiting = setTimeout(choose, 250);
});
element.addEventListener('submit', (event) => {
    event.preventDefault();
    choose();
});
element.addEventListener('click', (event) => {
    if (!event.target.closest('.clear')) return;
    for (const box of element.querySelectorAll('input'))
        if (box.type === 'checkbox') box.checked = false;
        else box.value = '';
    trigger('clear', {});
});
