// A Gradle module beside the generated app: resources and manifest entries that dx has no key
// for, and later the Java half of camera and permissions. dx adds it to the build when Rust
// declares it: #[manganis::ffi("android/bridge")]. Nothing does yet.
plugins {
    id("com.android.library")
}

android {
    namespace = "vn.sealfield.bridge"
    compileSdk = 34
    defaultConfig {
        minSdk = 28
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

dependencies {
    implementation("androidx.core:core:1.13.1")
}
