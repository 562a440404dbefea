/* The switch between the system's colours, light and dark; the browser keeps the choice. */
const choices = ['system', 'light', 'dark'];
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)');
const button = () => element.querySelector('.theme');

function chosen() {
    try {
        const kept = localStorage.getItem('evqa-theme');
        return choices.includes(kept) ? kept : 'system';
    } catch {
        return 'system';
    }
}

function paint(choice) {
    const dark = choice === 'dark' || (choice === 'system' && systemIsDark.matches);
    document.body.classList.toggle('dark', dark);
    button().textContent = `Colours: ${choice}`;
}

element.addEventListener('click', (event) => {
    if (!event.target.closest('.theme')) return;
    const next = choices[(choices.indexOf(button().textContent.slice(9)) + 1) % choices.length];
    try {
        localStorage.setItem('evqa-theme', next);
    } catch {
        /* A browser that keeps nothing shows the choice until the page is left. */
    }
    paint(next);
});
systemIsDark.addEventListener('change', () => paint(chosen()));
paint(chosen());

/* A file that is dropped anywhere would open in the browser, in place of the page. */
for (const name of ['dragover', 'drop'])
    window.addEventListener(name, (event) => {
        if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    });
