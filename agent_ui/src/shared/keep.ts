// What survives a reload of the page?

/** Storage may be full or forbidden; then the page works without it. */
function guarded<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError) return otherwise;
    throw error;
  }
}

export function keep(storage: Storage, key: string, value: unknown): void {
  guarded(() => storage.setItem(`screenpop.${key}`, JSON.stringify(value)), undefined);
}

export function kept<T>(storage: Storage, key: string, otherwise: T): T {
  return guarded(() => {
    const text = storage.getItem(`screenpop.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  }, otherwise);
}
