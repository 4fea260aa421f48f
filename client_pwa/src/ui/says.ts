export { say } from "../screen/says.ts";
