/* The questions to begin with: each is asked with one click. */
element.addEventListener('click', (event) => {
    const button = event.target.closest('button.example');
    if (button) trigger('choose', { question: button.textContent });
});
