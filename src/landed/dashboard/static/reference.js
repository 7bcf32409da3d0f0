// The forms of the API reference: each sends a real request and shows what came back.
const longest = 200_000;

function address(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("[data-in]")) {
    if (!input.value) continue;
    if (input.dataset.in === "path") {
      path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    } else {
      for (const value of input.value.split("\n")) if (value) query.append(input.name, value);
    }
  }
  // Commas, colons and bars divide values: an address with them reads better, and works.
  const text = query.toString().replace(/%(2C|3A|7C)/g, decodeURIComponent);
  return text ? `${path}?${text}` : path;
}

function headers(form) {
  const key = document.getElementById("key").value.trim();
  const found = key ? { Authorization: `Bearer ${key}` } : {};
  if (form.elements.body) found["Content-Type"] = "application/json";
  return found;
}

function pretty(text) {
  const cut = text.length > longest ? `${text.slice(0, longest)}\n… ${text.length} characters` : text;
  try {
    return text.length > longest ? cut : JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return cut;
  }
}

async function send(form) {
  const output = form.querySelector("output");
  const [line, answer] = [output.querySelector("p"), output.querySelector("pre")];
  const target = address(form);
  output.hidden = false;
  line.textContent = `${form.dataset.method} ${target} …`;
  answer.textContent = "";
  const began = performance.now();
  try {
    const response = await fetch(target, {
      method: form.dataset.method,
      headers: headers(form),
      body: form.elements.body?.value,
    });
    const text = await response.text();
    const took = Math.round(performance.now() - began);
    line.textContent = `${response.status} in ${took} ms · ${form.dataset.method} ${target}`;
    answer.textContent = pretty(text);
  } catch (error) {
    line.textContent = `No answer: ${error.message}`;
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
document.querySelector("form.key")?.addEventListener("submit", (event) => event.preventDefault());
// A link to a schema opens it.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("hashchange", unfold);
unfold();
