// Keys of the period menu, as the menu shows them; not while typing or with a modifier.
const typing = (target) => target.matches("input, textarea, select, [contenteditable]");

export function listenForKeys() {
  const menu = document.querySelector("[data-period-menu]");
  if (!menu) return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    if (event.target instanceof Element && typing(event.target)) return;
    const key = event.key.toUpperCase();
    if (key === "C") {
      event.preventDefault();
      menu.open = true;
      menu.querySelector("[data-custom-first]").focus();
      return;
    }
    const link = menu.querySelector(`a[data-key="${CSS.escape(key)}"]`);
    if (link) location.assign(link.href);
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}
