// Composition root of the pages: puts the rooms together and starts them.

import "./screen/theme.css";
import "./ui/ui.css";
import { restoreLanguage } from "./screen/i18n.ts";
import { registerSupervise } from "./supervise/index.ts";
import "./ui/routes.ts";
import "./ui/app.ts";

registerSupervise();
restoreLanguage();
document.getElementById("app")?.append(document.createElement("lh-app"));
