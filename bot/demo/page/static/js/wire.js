// The page's end of the workspace's protocol: a stream of changes in, acts of a person out.

const PATIENCE = 15000;

export class Wire {
  constructor(store) {
    this.store = store;
    this.source = null;
  }

  connect() {
    this.source = new EventSource("/_page/stream");
    this.source.addEventListener("state", (event) => {
      this.online(true);
      this.store.replace(JSON.parse(event.data));
    });
    this.source.addEventListener("delta", (event) => this.store.apply(JSON.parse(event.data)));
    this.source.addEventListener("open", () => this.online(true));
    this.source.addEventListener("error", () => {
      this.online(false);
      // A browser gives up for good on an answer other than 200; ask again until the workspace is back.
      if (this.source.readyState === EventSource.CLOSED) setTimeout(() => this.connect(), 1500);
    });
  }

  online(connected) {
    if (this.store.connected === connected) return;
    this.store.connected = connected;
    this.store.emit("connection");
  }

  // Always answers {ok, …}; what went wrong comes as {ok: false, error, message}.
  async act(what, fields = {}) {
    try {
      const answer = await fetch("/_page/act", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ do: what, user: this.store.me, ...fields }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.ok) return await answer.json();
      return { ok: false, error: `http_${answer.status}`, message: "The workspace did not accept that. Reload the page and try again." };
    } catch {
      return { ok: false, error: "offline", message: "The workspace is not running. Start it again with make run." };
    }
  }
}
