// The words that the rest of the widget brings along, before it says anything.

import { english } from "./strings.ts";
import { words } from "./tools.ts";

words.push(...english);
