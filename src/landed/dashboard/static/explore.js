// Explore's entry: a choice is shown at once; without scripts the button does it.
import { listenForTerms } from "./about.js";
import { drawUntilDone } from "./charts.js";
import { listenForKeys } from "./keys.js";

const page = document.querySelector("[data-page]");
const wishes = document.querySelector("[data-wishes]");

listenForTerms();
listenForKeys();
if (wishes) {
  wishes.querySelector("button").hidden = true;
  wishes.addEventListener("change", () => wishes.requestSubmit());
}
drawUntilDone(document, page.dataset.vega);
