/** What the server says of itself with each answer. */
interface Told {
  revision?: number;
  on?: string;
}

/** How often a page in sight asks whether there is anything new. */
const pause = 30_000;
/** The smallest question there is. Its answer has an ETag, so that the browser is told ‘as before’ without a body. */
const question = `/graphql?${new URLSearchParams({ query: '{revision{number}}' })}`;

/**
 * Whether the server holds something newer than what is on the page. Nothing on the page changes by itself: the visitor
 * is told, and `refresh` asks everything again.
 */
class Live {
  /** The newest revision and day that any answer named. */
  newest = $state(0);
  on = $state('');
  /** Grows with each refresh: a question of an earlier round is asked again. */
  round = $state(0);

  heard(told: Told | undefined): void {
    this.newest = Math.max(this.newest, told?.revision ?? 0);
    if (told?.on && told.on > this.on) this.on = told.on;
  }

  refresh = (): void => {
    this.round += 1;
  };

  /** Asks now and then while the page is in sight, and at once when it comes back. Without a network it just waits. */
  watch(): () => void {
    const asks = async (): Promise<void> => {
      if (document.hidden) return;
      const answer = await fetch(question, { headers: { accept: 'application/json' } }).catch(() => undefined);
      const body = answer?.ok ? ((await answer.json().catch(() => undefined)) as { extensions?: Told }) : undefined;
      this.heard(body?.extensions);
    };
    const timer = setInterval(asks, pause);
    document.addEventListener('visibilitychange', asks);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', asks);
    };
  }
}

export const live = new Live();
