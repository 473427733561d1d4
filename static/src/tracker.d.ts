/**
 * Desirepath's browser script: `https://HOST/js/tracker.js`, types for `window.desirepath`.
 *
 * No call throws, and none waits: events are kept in the browser and sent in the background.
 * Where nothing may be tracked (Do Not Track, Global Privacy Control, localhost) calls do nothing.
 */
export interface Desirepath {
  /**
   * Records that something happened.
   *
   * @param name What happened, 1 to 120 characters: `"button_clicked"`.
   * @param properties What else is known, anything that JSON can hold: at most 100 keys and 32 KB.
   * @param interactive `false` for what no person caused (a timer, a ping): it then counts for
   *   nobody's activity. Left out, it is true.
   */
  track(name: string, properties?: Properties, interactive?: boolean): void;

  /**
   * Says who the visitor is, from now on and on later pages, until `reset()`.
   *
   * Sends an event `user_identified`. Call it after signing in, or on every page of somebody
   * signed in; without an id it does nothing.
   *
   * @param id The user's id on your side. Not an e-mail address, which may change.
   * @param traits What is known of the user: `name`, `email` and `phone_number` are understood,
   *   everything else is yours.
   */
  identify(id: string | number | null | undefined, traits?: Traits): void;

  /** Forgets the user and the visitor's id. Call it after signing out. Consent stays as it is. */
  reset(): void;

  /**
   * Remembers whether the visitor agrees to be recognised on later days.
   *
   * `true` gives the visitor an id (unless the tag says `data-identity="cookieless"`), `false`
   * deletes it; events are recorded in both cases.
   *
   * @param more What the record of it says, where the page loads `/js/consent.js`: `version` of the text that
   *   was shown, `scope` of what was agreed to (left out: to be recognised). Otherwise nothing is recorded.
   */
  consent(given: boolean, more?: { version?: string; scope?: string }): void;

  /**
   * Runs a function once the script is ready, at once if it is.
   *
   * Before the script has come, `window.desirepath` is an array that you made yourself:
   * `(window.desirepath = window.desirepath || []).push(() => desirepath.track("signed_up"))`.
   */
  push(call: () => void): void;
}

export type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };

export interface Properties {
  [key: string]: Json;
}

export interface Traits {
  name?: string;
  email?: string;
  phone_number?: string;
  [key: string]: Json;
}

/**
 * What `data-auto` records by itself: names of events and their properties.
 *
 * `error_occurred`, `message_shown` and `page_engaged` are not interactive.
 */
export interface AutoEvents {
  button_clicked: { button: string };
  form_submitted: { form: string };
  outbound_clicked: { url: string };
  file_downloaded: { url: string };
  error_occurred: { error_message: string; status: "failed"; source: "script" };
  message_shown: { message: string };
  /** Seconds visible and focused since the last report; how far down the page, in per cent. */
  page_engaged: { seconds: number; scroll?: number };
}

declare global {
  interface Window {
    desirepath: Desirepath;
  }
  const desirepath: Desirepath;
}
