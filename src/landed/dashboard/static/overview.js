// The overview's entry: each part works without the others.
import { listenForTerms } from "./about.js";
import { drawUntilDone } from "./charts.js";
import { listenForCopies } from "./copy.js";
import { listenForKeys } from "./keys.js";
import { follow } from "./live.js";
import { offerPictures } from "./pictures.js";

const page = document.querySelector("[data-page]");

listenForTerms();
listenForKeys();
listenForCopies();
offerPictures();
follow();
if (page.dataset.vega) drawUntilDone(document, page.dataset.vega);
