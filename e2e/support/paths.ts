import { config } from "../../app/auth.config"

/** Pages that exist while addresses are verified. */
export const VERIFY_PAGES = config.verification.enabled ? ["/verify", "/verify/resend"] : []

/** Every page that takes a form. */
export const FORMS = ["/register", ...VERIFY_PAGES, "/login", "/logout"]
