// Where does the page begin?

import { render } from "preact";
import { speakFor } from "./i18n/choice";
import { App } from "./shared/app";
import { applyLook, loadPreferences } from "./shared/preferences";
import "./style/tokens.css";
import "./style/base.css";
import "./style/desk.css";
import "./style/actions.css";
import "./style/find.css";
import "./style/facets.css";
import "./style/wallboard.css";
import "./style/screen.css";
import "./style/admin.css";
import "./style/insight.css";
import "./style/recalls.css";
import "./style/forced.css";

applyLook(loadPreferences());
const root = document.getElementById("app");
if (root) void speakFor(null).then(() => render(<App />, root));
