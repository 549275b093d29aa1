/// <reference types="vite/client" />
declare const __BRIDGE__: boolean
