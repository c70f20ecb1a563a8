import { createContext, useContext } from "react"

/**
 * What only the server knows while it renders: browsers hide nonces from scripts; the request's id is what a person can
 * quote.
 */
export type RenderContext = { nonce?: string; requestId?: string }

const Context = createContext<RenderContext>({})

export const RenderContextProvider = Context.Provider

export function useRenderContext(): RenderContext {
	return useContext(Context)
}
