import { live } from './live.svelte';
import { view } from './view.svelte';

/** One panel's data: empty, on its way, here, or failed with a way to try again. */
export class Resource<K, T> {
  value = $state.raw<T | undefined>(undefined);
  error = $state.raw<Error | undefined>(undefined);
  loading = $state(false);
  /** The key that `value` answers. */
  key = $state.raw<K | undefined>(undefined);
  private abort: AbortController | undefined;

  constructor(
    private readonly wanted: () => K | undefined,
    private readonly load: (key: K, signal: AbortSignal) => Promise<T>,
  ) {
    $effect(() => {
      const key = wanted();
      const id = this.idOf(key);
      if (id !== this.asked) this.start(key, id);
    });
    $effect(() => () => this.abort?.abort());
  }

  private asked: string | undefined;

  retry = (): void => {
    const key = this.wanted();
    this.start(key, this.idOf(key));
  };

  /** The same key at another knowledge state, or once newer data is asked for, is another question. */
  private idOf = (key: K | undefined): string | undefined =>
    key === undefined ? undefined : JSON.stringify([key, view.at, live.round]);

  private start(key: K | undefined, id: string | undefined): void {
    this.asked = id;
    this.abort?.abort();
    this.error = undefined;
    if (key === undefined) {
      this.value = undefined;
      this.key = undefined;
      this.loading = false;
      return;
    }
    const abort = new AbortController();
    this.abort = abort;
    this.loading = true;
    this.load(key, abort.signal)
      .then((value) => {
        if (abort.signal.aborted) return;
        this.value = value;
        this.key = key;
        this.loading = false;
      })
      .catch((cause: unknown) => {
        if (abort.signal.aborted) return;
        this.error = cause instanceof Error ? cause : new Error(String(cause));
        this.value = undefined;
        this.loading = false;
      });
  }
}
