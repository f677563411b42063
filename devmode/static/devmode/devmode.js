// Counts down to the end of Dev Mode, extends it and enters it again without leaving the page: what is typed stays.
const URGENT_SECONDS = 120;
const JSON_ONLY = { Accept: "application/json" };
const banner = document.querySelector("[data-dev-mode]");

class Banner {
  constructor(element) {
    this.element = element;
    this.words = element.dataset;
    // By the server's clock: the one here may go wrong.
    this.ahead = Date.parse(this.words.now) - Date.now();
    this.again = this.find("[data-again]");
    this.lefts = [...document.querySelectorAll("[data-dev-mode-left]")];
    this.take({ expires_at: this.words.ends, absolute_expires_at: this.words.lastEnd });
    this.find("[data-extend]").addEventListener("submit", (event) => this.extend(event));
    this.again.addEventListener("submit", (event) => this.enter(event));
    document.addEventListener("visibilitychange", () => !document.hidden && this.ask());
    window.addEventListener("pageshow", (event) => event.persisted && this.ask());
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  take(state) {
    this.isOn = true;
    this.ends = Date.parse(state.expires_at);
    const isCapped = this.ends >= Date.parse(state.absolute_expires_at);
    const until = this.find("[data-until]");
    until.dateTime = state.expires_at;
    until.textContent = clock(this.ends);
    this.find("[data-extend]").hidden = isCapped;
    this.find("[data-capped]").hidden = !isCapped;
    if (state.reason && this.find("[data-reason]")) this.find("[data-reason]").textContent = state.reason;
    this.show();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), 500);
    this.tick();
  }

  show() {
    this.element.classList.toggle("is-over", !this.isOn);
    this.find("[data-on]").hidden = !this.isOn;
    this.again.hidden = this.isOn;
    for (const one of document.querySelectorAll("[data-dev-mode-switch]")) one.hidden = !this.isOn;
    for (const one of document.querySelectorAll("[data-dev-mode-enter]")) one.hidden = this.isOn;
    this.complain("");
  }

  tick() {
    const seconds = Math.ceil((this.ends - Date.now() - this.ahead) / 1000);
    if (seconds <= 0) {
      clearInterval(this.timer);
      this.ask(true);
      return;
    }
    for (const left of this.lefts) {
      left.hidden = false;
      left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
    const isUrgent = seconds <= URGENT_SECONDS;
    if (isUrgent && !this.element.classList.contains("is-urgent")) this.say(this.words.soon);
    this.element.classList.toggle("is-urgent", isUrgent);
  }

  // Another tab, another administrator or a use of the grant may have moved the end; only the server knows.
  async ask(isDue = false) {
    const answer = await sent(this.words.state, { headers: JSON_ONLY });
    if (answer.status === 200) this.judge(answer.body);
    else if (isDue || answer.status === 401) this.over();
  }

  judge(state) {
    if (state.enabled) this.take(state);
    else this.over();
  }

  over() {
    clearInterval(this.timer);
    this.isOn = false;
    this.element.classList.remove("is-urgent");
    this.show();
    this.say(this.again.querySelector("strong").textContent);
  }

  async extend(event) {
    event.preventDefault();
    const answer = await posted(event.target);
    if (answer.status === 200) {
      this.take(answer.body);
      this.say(this.words.extended);
    } else if (answer.status === 403 && answer.body) {
      this.over();
    } else {
      this.complain(this.problem(answer));
    }
  }

  async enter(event) {
    event.preventDefault();
    const answer = await posted(this.again);
    const password = this.find("[data-password]");
    password.querySelector("input").value = "";
    if (answer.status === 200) {
      password.hidden = true;
      this.take(answer.body);
      this.say(this.words.entered);
      return;
    }
    this.complain(this.problem(answer));
    if (answer.body?.code?.startsWith("password_")) {
      password.hidden = false;
      password.querySelector("input").focus();
    }
  }

  problem(answer) {
    if (answer.isSignedOut) return this.words.signedOut;
    return answer.body?.message ?? this.words.unreachable;
  }

  complain(text) {
    this.find("[data-problem]").textContent = text;
  }

  say(text) {
    this.find("[data-said]").textContent = text;
  }
}

function posted(form) {
  return sent(form.getAttribute("action"), { method: "POST", body: new FormData(form), headers: JSON_ONLY });
}

async function sent(address, options) {
  try {
    const answer = await fetch(address, { ...options, redirect: "manual" });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const isSignedOut = answer.type === "opaqueredirect";
    return { status: answer.status, body: isJson ? await answer.json() : null, isSignedOut };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { status: 0, body: null, isSignedOut: false };
  }
}

function clock(moment) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(moment);
}

if (banner) new Banner(banner);
