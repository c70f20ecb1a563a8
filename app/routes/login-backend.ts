/** `/login/<name>` signs in by one of the back ends. No page: what they hand out is for programs. */
export { action, handle } from "./login"
