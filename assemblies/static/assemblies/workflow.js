// Workflows: a picture that zooms and moves, and in the editor one that follows what is typed.
const STEP = 1.25;
const FARTHEST_IN = 12;
const PAUSE_MILLISECONDS = 500;

class Canvas {
  constructor(figure) {
    this.canvas = figure.querySelector(".workflow-canvas");
    this.svg = figure.querySelector(".workflow-picture");
    this.whole = this.svg.getAttribute("viewBox").split(" ").map(Number);
    this.box = [...this.whole];
    const tools = figure.querySelector(".workflow-tools");
    tools.hidden = false;
    this.canvas.classList.add("is-ready");
    tools.addEventListener("click", (event) => this.press(event.target.closest("[data-zoom]")?.dataset.zoom));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.canvas.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.drop());
  }

  press(name) {
    if (name === "in") this.zoom(1 / STEP);
    if (name === "out") this.zoom(STEP);
    if (name === "fit") this.show([...this.whole]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const names = { "+": "in", "=": "in", "-": "out", 0: "fit" };
    if (event.key in names) this.press(names[event.key]);
    else if (event.key in ways) this.move(...ways[event.key].map((way, at) => (way * this.box[2 + at]) / 10));
    else return;
    event.preventDefault();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1 / STEP : STEP, this.point(event));
  }

  // Where on the picture a pointer is, whatever the room around the picture.
  point(event) {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [place.x, place.y];
  }

  grab(event) {
    if (event.button !== 0) return;
    this.held = this.point(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.classList.add("is-dragged");
  }

  drag(event) {
    if (!this.held) return;
    const [x, y] = this.point(event);
    this.move(this.held[0] - x, this.held[1] - y);
  }

  drop() {
    this.held = null;
    this.canvas.classList.remove("is-dragged");
  }

  zoom(factor, about) {
    const [x, y, width, height] = this.box;
    const [middleX, middleY] = about ?? [x + width / 2, y + height / 2];
    const to = Math.min(Math.max(width * factor, this.whole[2] / FARTHEST_IN), this.whole[2] * 2) / width;
    this.show([middleX - (middleX - x) * to, middleY - (middleY - y) * to, width * to, height * to]);
  }

  // The middle stays on the picture, so that nobody loses it.
  move(across, down) {
    const [x, y, width, height] = this.box;
    const kept = (place, least, size, own) => Math.min(Math.max(place, least - own / 2), least + size - own / 2);
    this.show([
      kept(x + across, this.whole[0], this.whole[2], width),
      kept(y + down, this.whole[1], this.whole[3], height),
      width,
      height,
    ]);
  }

  show(box) {
    this.box = box;
    this.svg.setAttribute("viewBox", box.map((value) => value.toFixed(2)).join(" "));
  }
}

function enliven(root) {
  for (const figure of root.querySelectorAll(".workflow")) new Canvas(figure);
}

// Draw again what stands in the editor, a moment after the last key; what is no graph yet leaves the last picture.
class Preview {
  constructor(figure, form) {
    this.figure = figure;
    this.form = form;
    this.script = form.elements.namedItem("payload");
    for (const name of ["input", "change"]) this.script?.addEventListener(name, () => this.later());
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), PAUSE_MILLISECONDS);
  }

  async draw() {
    this.asked?.abort();
    this.asked = new AbortController();
    const body = new FormData();
    body.set("payload", this.script.value);
    body.set("csrfmiddlewaretoken", this.form.elements.namedItem("csrfmiddlewaretoken").value);
    try {
      const answer = await fetch(this.figure.dataset.preview, { method: "POST", body, signal: this.asked.signal });
      this.figure.classList.toggle("is-behind", answer.status !== 200);
      if (answer.status === 200) this.put(await answer.text());
    } catch (error) {
      // Overtaken by the next key, or the server is away: the last picture stays, and saving will tell.
      if (error.name !== "AbortError") this.figure.classList.add("is-behind");
    }
  }

  // The fragment is the server's own and escaped there; it is parsed apart, where nothing of it could run.
  put(text) {
    const drawn = new DOMParser().parseFromString(text, "text/html").querySelector(".workflow");
    const isOpen = this.figure.querySelector(".workflow-list")?.open ?? false;
    const list = drawn.querySelector(".workflow-list");
    if (list) list.open = isOpen;
    this.figure.replaceWith(drawn);
    this.figure = drawn;
    new Canvas(drawn);
  }
}

for (const figure of document.querySelectorAll(".workflow")) {
  new Canvas(figure);
  const form = figure.closest("#editor-form");
  if (form) new Preview(figure, form);
}
