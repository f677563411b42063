// A field of one value per line, shown as chips. The field stays what is sent, and hears of every change.
export class Chips {
  constructor(field) {
    this.field = field;
    this.words = field.closest("[data-chips-add]").dataset;
    this.box = document.createElement("span");
    this.box.className = "chips";
    this.list = document.createElement("ul");
    this.input = document.createElement("input");
    this.input.type = "text";
    this.input.setAttribute("aria-label", this.words.chipsAdd);
    this.input.placeholder = this.words.chipsAdd;
    this.box.append(this.list, this.input);
    field.before(this.box);
    field.hidden = true;
    field.addEventListener("change", () => this.show());
    document.querySelector(`label[for="${field.id}"]`)?.addEventListener("click", (event) => {
      event.preventDefault();
      this.input.focus();
    });
    this.input.addEventListener("keydown", (event) => this.typed(event));
    this.input.addEventListener("blur", () => this.take());
    this.show();
  }

  get values() {
    return this.field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  }

  set values(values) {
    this.field.value = values.join("\n");
    this.show();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  typed(event) {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      this.take();
    } else if (event.key === "Backspace" && !this.input.value && this.values.length) {
      this.values = this.values.slice(0, -1);
    }
  }

  take() {
    const come = this.input.value.split(",").map((word) => word.trim()).filter(Boolean);
    this.input.value = "";
    if (come.length) this.values = [...new Set([...this.values, ...come])];
  }

  show() {
    this.list.replaceChildren(...this.values.map((value, at) => this.chip(value, at)));
  }

  chip(value, at) {
    const chip = document.createElement("li");
    chip.className = "chip";
    const words = document.createElement("bdi");
    words.textContent = value;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `${this.words.chipsRemove} ${value}`);
    remove.addEventListener("click", () => {
      this.values = this.values.filter((_value, place) => place !== at);
      this.input.focus();
    });
    chip.append(words, remove);
    return chip;
  }
}
