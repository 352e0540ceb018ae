// The pages speak English before each test (setup file of Vitest).

import { en } from "./en";
import { speakFrom } from "./words";

speakFrom(en, "en", "en");
