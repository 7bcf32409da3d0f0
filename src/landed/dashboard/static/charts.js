// Draws the specifications that stand in the page as JSON, and changes them in place.
const drawn = new Map();
let library = null;

const OPTIONS = {
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  logLevel: 1, // errors only: a period without a finished day has an empty layer, which is right
  ast: true, // expressions are interpreted: the policy forbids eval
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true, theme: "custom" },
};

function load(src) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.addEventListener("load", () => resolve(window.vegaEmbed));
    script.addEventListener("error", () => {
      library = null;
      script.remove();
      reject(new Error("the chart library did not arrive"));
    });
    document.head.append(script);
  });
  return library;
}

function specIn(root, id) {
  const element = root.querySelector(`[data-spec="${id}"]`);
  return element && element.textContent;
}

const outline = (spec) => JSON.stringify({ ...spec, datasets: null });

async function draw(embed, plot, text) {
  const id = plot.dataset.chart;
  const last = drawn.get(id);
  if (last && last.text === text) return;
  const spec = JSON.parse(text);
  if (last && last.outline === outline(spec)) {
    last.text = text;
    await last.view.data("series", spec.datasets.series).runAsync();
    return;
  }
  const stage = document.createElement("div");
  stage.className = "stage";
  plot.append(stage);
  const { view } = await embed(stage, spec, OPTIONS);
  if (last) last.view.finalize();
  // The plot has a name and the table its numbers; a hundred unnamed marks would be noise.
  stage.querySelector("svg").setAttribute("aria-hidden", "true");
  // The old drawing goes only when the new one is there, so nothing flickers.
  plot.replaceChildren(stage);
  plot.dataset.drawn = "yes";
  drawn.set(id, { text, outline: outline(spec), view });
}

// Tries again until the chart library has come.
export async function drawUntilDone(root, src, wait = 1000) {
  try {
    await drawCharts(root, src);
  } catch {
    setTimeout(() => drawUntilDone(root, src, Math.min(wait * 2, 30000)), wait);
  }
}

export async function drawCharts(root, src) {
  const plots = [...document.querySelectorAll("[data-chart]")];
  const wanted = plots.map((plot) => [plot, specIn(root, plot.dataset.chart)]).filter(([, text]) => text);
  if (!wanted.length) return;
  const embed = await load(src);
  for (const [plot, text] of wanted) await draw(embed, plot, text);
}
