/** A list of listeners. Not a bus: one emitter, one kind of news. */
export interface Emitter<T> {
  /** Answers a function that ends the subscription. */
  on(listener: (news: T) => void): () => void;
  emit(news: T): void;
}

export function emitter<T>(): Emitter<T> {
  const listeners = new Set<(news: T) => void>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(news) {
      for (const listener of [...listeners]) listener(news);
    },
  };
}
