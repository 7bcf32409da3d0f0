// Runs before the first paint: the chosen theme must not flash.
(() => {
  const order = ["auto", "light", "dark"];
  const read = () => { try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* private window: for this page only */ } };
  let theme = order.includes(read()) ? read() : "auto";
  const show = () => {
    document.documentElement.dataset.theme = theme;
    const words = document.querySelector("[data-theme-words]");
    if (words) words.textContent = `Theme: ${theme}. Change`;
  };
  show();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-button]");
    button.hidden = false;
    button.addEventListener("click", () => {
      theme = order[(order.indexOf(theme) + 1) % order.length];
      keep(theme);
      show();
    });
    show();
  });
})();
