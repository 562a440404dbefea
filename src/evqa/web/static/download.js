/* Saves what the server made as a file; nothing of it becomes a part of the page. */
watch('value', () => {
    if (!props.value) return;
    const { name, type, text } = JSON.parse(props.value);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});
