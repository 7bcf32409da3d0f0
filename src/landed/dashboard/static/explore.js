// Explore's entry: a choice is shown at once; without scripts the button does it.
import { listenForTerms } from "./about.js";
import { drawCharts } from "./charts.js";
import { listenForKeys } from "./keys.js";

const page = document.querySelector("[data-page]");
const wishes = document.querySelector("[data-wishes]");

async function drawUntilDone(wait) {
  try {
    await drawCharts(document, page.dataset.vega);
  } catch {
    setTimeout(() => drawUntilDone(Math.min(wait * 2, 30000)), wait);
  }
}

listenForTerms();
listenForKeys();
if (wishes) {
  wishes.querySelector("button").hidden = true;
  wishes.addEventListener("change", () => wishes.requestSubmit());
}
drawUntilDone(1000);
