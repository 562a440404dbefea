/* The list of earlier conversations. */
element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.matches('.reopen')) {
        element.querySelector('details').open = false;
        trigger('reopen', { id: button.dataset.id });
    }
    if (button?.matches('.forget')) trigger('forget', {});
});
