/* Files and addresses for the corpus, one after the other; what is said to each is shown as text. */
const files = element.querySelector('#files');
const drop = element.querySelector('.drop');
const address = element.querySelector('#address');

function tell(line, wrong) {
    const item = document.createElement('li');
    item.textContent = line;
    item.classList.toggle('wrong', wrong);
    element.querySelector('.told').append(item);
}

async function send(path, body) {
    try {
        const reply = await fetch(`library/${path}`, { method: 'POST', body });
        const { changed, said } = await reply.json();
        tell(said, !changed);
    } catch {
        tell('evqa could not be reached, or refused it for its size.', true);
    }
}

async function sendAll(chosen) {
    element.querySelector('.told').replaceChildren();
    for (const file of chosen) await send(`file?name=${encodeURIComponent(file.name)}`, file);
    trigger('changed', {});
}

files.addEventListener('change', async () => {
    await sendAll([...files.files]);
    files.value = '';
});
for (const name of ['dragenter', 'dragover'])
    drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add('over');
    });
for (const name of ['dragleave', 'drop'])
    drop.addEventListener(name, () => drop.classList.remove('over'));
/* Beside its place a file is meant for the library too, where that is what is shown. */
function dropped(event) {
    const given = [...(event.dataTransfer?.files ?? [])];
    if (!element.isConnected) window.removeEventListener('drop', dropped);
    else if (given.length && element.checkVisibility()) sendAll(given);
}
window.addEventListener('drop', dropped);
element.querySelector('.address').addEventListener('submit', async (event) => {
    event.preventDefault();
    element.querySelector('.told').replaceChildren();
    await send('page', address.value);
    trigger('changed', {});
});
