package org.shanfang.phone

import android.os.Bundle
import android.os.Environment
import android.view.WindowManager
import androidx.activity.OnBackPressedCallback
import androidx.activity.enableEdgeToEdge

class MainActivity : TauriActivity() {
  override fun onCreate(savedInstanceState: Bundle?) {
    // Names and homes of the poor are on this screen: no picture of it, none in the list of recent apps.
    window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
    // What the camera took for the screens has been looked at: the WebView itself leaves the files.
    getExternalFilesDir(Environment.DIRECTORY_PICTURES)?.listFiles()?.forEach { it.delete() }
    // Asked last, on the first page: the app is put away and not ended, or it would ask for the PIN again.
    onBackPressedDispatcher.addCallback(this, object : OnBackPressedCallback(true) {
      override fun handleOnBackPressed() {
        moveTaskToBack(true)
      }
    })
    enableEdgeToEdge()
    super.onCreate(savedInstanceState)
  }
}
