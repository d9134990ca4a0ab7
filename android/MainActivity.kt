// Taken whole by dx (Dioxus.toml, android_main_activity). Not yet run on a device.
// The package, the class and the alias are what dx and wry look for; the alias names the
// application id, the same as `identifier` in Dioxus.toml.
package dev.dioxus.main

typealias BuildConfig = vn.sealfield.app.BuildConfig

class MainActivity : WryActivity()
