/*
 * Records of consent, for banners that must prove it: `desirepath.consent(given, {version, scope})` then
 * also sends an event `consent_changed`. It stands before the tag of the browser script, or after it.
 *
 * Agreeing is recorded under the id that begins with it, withdrawing under the one that ends with it.
 */
const api = (self.desirepath = self.desirepath || []);
const wrap = () => {
  const { consent, track } = api;
  api.consent = (given, more) => {
    given && consent(true);
    track("consent_changed", { ...more, given: !!given }, false);
    given || consent(false);
  };
};
/* Before the browser script has come, the first of what waits for it. */
api.track ? wrap() : api.unshift(wrap);
