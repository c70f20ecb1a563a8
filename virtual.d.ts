/** Made by Remix's Vite plugin from `app/routes.ts`. */
declare module "virtual:remix/server-build"
