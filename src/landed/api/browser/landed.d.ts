/** landed.js, as it stands on `window.landed`. */
export interface Landed {
  /**
   * Tell that something happened.
   * @param event A name of the tracking plan, or your own: `object_verb` in the past tense.
   * @param properties What is told; ids as text or number.
   */
  track(event: string, properties?: Record<string, unknown>): void;

  /**
   * Tell that a page is shown. By itself, unless `data-pages="manual"`.
   * @param properties `path` where the address holds ids: `{ path: "/jobs/:id" }`.
   */
  page(properties?: { path?: string; page_name?: string; job_id?: string | number; [name: string]: unknown }): void;

  /**
   * Say who this is, after log-in: what was told before joins this person.
   * @param userId Your id; landed keeps a pseudonym of it only.
   * @param traits Plan, industry, region and so on.
   */
  identify(userId: string | number, traits?: Record<string, unknown>): void;

  /** Forget who this is, after log-out. */
  reset(): void;

  /**
   * Note the person's choice; it is kept in this browser.
   * @param granted False: what is known here is forgotten and nothing is told any more.
   * @param version Version of the text that was shown.
   */
  consent(granted: boolean, version?: string): void;

  /**
   * Ask for all flags and experiments of who looks.
   * @param attributes What conditions may ask for: `{ plan: "pro" }`.
   * @returns A function: key and the code's own value → the value. Reading an experiment's tells the exposure.
   */
  flags(attributes?: Record<string, unknown>): Promise<(key: string, otherwise?: unknown) => unknown>;

  /** Send what waits at once. */
  flush(): void;

  /** Calls made before the script was there: `landed.q.push(["track", "goal_set", {}])`. */
  q: { push(call: [keyof Omit<Landed, "q">, ...unknown[]]): void };
}

declare global {
  interface Window {
    landed: Landed;
  }
}
