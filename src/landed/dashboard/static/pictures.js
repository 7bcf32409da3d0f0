// A chart as a PNG file: the drawing that stands in the page, with its colours made plain.
const SCALE = 2;
const MARGIN = 16;
const PLAIN = ["fill", "stroke", "stroke-dasharray", "stroke-width", "opacity", "font-family", "font-size", "font-weight"];

function plainCopy(svg) {
  const copy = svg.cloneNode(true);
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, place) => {
    const style = getComputedStyle(originals[place]);
    for (const name of PLAIN) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute("style");
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return copy;
}

function drawnImage(svg) {
  const text = new XMLSerializer().serializeToString(plainCopy(svg));
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => reject(new Error("the chart could not be drawn")));
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  });
}

async function save(id) {
  const plot = document.querySelector(`[data-chart="${id}"]`);
  const svg = plot.querySelector("svg");
  if (!svg) return;
  const { width, height } = svg.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * MARGIN) * SCALE;
  canvas.height = (height + 2 * MARGIN) * SCALE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(plot.closest(".card")).backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(await drawnImage(svg), MARGIN * SCALE, MARGIN * SCALE, width * SCALE, height * SCALE);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `landed-${document.querySelector("[data-page]").dataset.page}-${id}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function offerPictures() {
  for (const button of document.querySelectorAll("[data-png]")) {
    button.addEventListener("click", () => save(button.dataset.png));
  }
}
