// Is the frame on the screen? The server is told, once per frame.

export interface Receipt {
  callId: string;
  offset: number;
  receivedMs: number;
}

/**
 * Reports each frame after the browser painted it. A hidden page does not paint, so
 * there it reports at once: the state is applied and the title has changed.
 */
export class Receipts {
  #waiting: Receipt[] = [];
  #scheduled = false;

  constructor(private readonly report: (receipt: Receipt, paintedMs: number) => void) {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#flush();
    });
  }

  applied(receipt: Receipt): void {
    this.#waiting.push(receipt);
    if (document.hidden) {
      this.#flush();
      return;
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => setTimeout(() => this.#flush()));
  }

  #flush(): void {
    this.#scheduled = false;
    const now = performance.now();
    for (const receipt of this.#waiting.splice(0)) {
      this.report(receipt, Math.max(0, now - receipt.receivedMs));
    }
  }
}
