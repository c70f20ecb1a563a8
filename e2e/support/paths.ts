import { config } from "../../app/auth.config"

/** Pages that exist while addresses are verified. */
export const VERIFY_PAGES = config.verification.enabled ? ["/verify", "/verify/resend"] : []

/** Pages that exist while forgotten passwords are replaced by mail. */
const RESET_PAGES = config.passwordReset.enabled ? ["/forgot-password", "/reset-password"] : []

/** Every page that takes a form. */
export const FORMS = ["/register", ...VERIFY_PAGES, ...RESET_PAGES, "/login", "/logout"]
