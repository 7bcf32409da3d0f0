// Definitions beside the names of numbers: shown by CSS, kept on the screen and closed by Escape here.
const MARGIN = 12;

function place(term) {
  const about = term.querySelector(".about");
  about.style.removeProperty("--shift");
  const box = about.getBoundingClientRect();
  const over = Math.max(0, box.right - (document.documentElement.clientWidth - MARGIN));
  const shift = over ? -over : Math.max(0, MARGIN - box.left);
  about.style.setProperty("--shift", `${Math.round(shift)}px`);
}

export function listenForTerms() {
  for (const term of document.querySelectorAll(".term")) {
    const open = () => { delete term.dataset.closed; place(term); };
    term.addEventListener("pointerenter", open);
    term.addEventListener("focusin", open);
    term.addEventListener("click", open);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const term of document.querySelectorAll(".term")) term.dataset.closed = "";
  });
}
