// The entry of pages made of panels: a choice is shown at once; without scripts the button does it.
import { listenForTerms } from "./about.js";
import { drawUntilDone } from "./charts.js";
import { listenForKeys } from "./keys.js";
import { follow } from "./live.js";
import { offerPictures } from "./pictures.js";

const page = document.querySelector("[data-page]");

listenForTerms();
listenForKeys();
for (const wishes of document.querySelectorAll("[data-wishes]")) {
  wishes.querySelector("button").hidden = true;
  wishes.addEventListener("change", () => wishes.requestSubmit());
}
drawUntilDone(document, page.dataset.vega);
offerPictures();
if (page.dataset.follow) follow();
