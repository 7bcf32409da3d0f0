// The overview's entry: each part works without the others.
import { listenForTerms } from "./about.js";
import { drawCharts } from "./charts.js";
import { listenForCopies } from "./copy.js";
import { listenForKeys } from "./keys.js";
import { follow } from "./live.js";

const page = document.querySelector("[data-page]");

async function drawUntilDone(wait) {
  try {
    await drawCharts(document, page.dataset.vega);
  } catch {
    setTimeout(() => drawUntilDone(Math.min(wait * 2, 30000)), wait);
  }
}

listenForTerms();
listenForKeys();
listenForCopies();
follow();
if (page.dataset.vega) drawUntilDone(1000);
