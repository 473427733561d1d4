import "./js/theme-toggle.js";
import "./js/copy.js";
import "./js/shortcuts.js";
import "./js/forms.js";
import "./js/times.js";
import "./js/feed/feed.js";
