import { createContext, useContext } from "react"

type Colors = Record<string, string>

/**
 * What only the server knows while it renders. Browsers hide nonces from scripts; the name and the colours are here for
 * error pages, whose loaders did not run; the request's id is what a person can quote.
 */
export type RenderContext = {
	nonce?: string
	requestId?: string
	appName?: string
	styles?: { light: Colors; dark: Colors }
}

const Context = createContext<RenderContext>({})

export const RenderContextProvider = Context.Provider

export function useRenderContext(): RenderContext {
	return useContext(Context)
}
