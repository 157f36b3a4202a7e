/** What the person should know, said once, at the lower edge. */
import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { Part } from "./part.js";

const STAYS_MS = { info: 6000, error: 12000 };

export class MessageBar extends Part {
  make() {
    this.store.on(["message"], ({ message }) => {
      clearTimeout(this.timer);
      this.replaceChildren();
      if (!message) return;
      const text = message.text.startsWith("!") ? t(message.text.slice(1)) : message.text;
      this.append(
        h(
          "div",
          { class: `message ${message.kind}`, role: message.kind === "error" ? "alert" : "status" },
          h("p", {}, text),
          iconButton("close", t("close"), () => this.store.choose({ message: null })),
        ),
      );
      this.timer = setTimeout(() => this.store.choose({ message: null }), STAYS_MS[message.kind]);
    });
  }
}
customElements.define("message-bar", MessageBar);
