/** What the person should know, said once, at the lower edge. */
import { h, iconButton } from "../dom.js";
import { t, told } from "../i18n/index.js";
import { Part } from "./part.js";

const STAYS_MS = { info: 6000, error: 12000 };

export class MessageBar extends Part {
  make() {
    this.store.on(["message"], ({ message }) => {
      clearTimeout(this.timer);
      this.replaceChildren();
      if (!message) return;
      const own = message.text.startsWith("!"); // else it is the server's word
      const said = own ? t(message.text.slice(1)) : told(message.text, message.status);
      this.append(
        h(
          "div",
          { class: `message ${message.kind}`, role: message.kind === "error" ? "alert" : "status" },
          h("p", {}, said),
          iconButton("close", t("close"), () => this.store.choose({ message: null })),
        ),
      );
      this.timer = setTimeout(() => this.store.choose({ message: null }), STAYS_MS[message.kind]);
    });
  }
}
customElements.define("message-bar", MessageBar);
