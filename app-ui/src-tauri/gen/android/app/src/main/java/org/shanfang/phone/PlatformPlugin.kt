package org.shanfang.phone

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.ContentValues
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.os.Environment
import android.provider.MediaStore
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import androidx.annotation.RequiresApi
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Invoke
import app.tauri.plugin.Plugin
import java.io.File
import java.io.IOException
import java.security.KeyStore
import java.security.KeyStoreException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

private const val STORE = "AndroidKeyStore"
private const val NAME = "vault"
private const val CIPHER = "AES/GCM/NoPadding"
private const val NONCE_BYTES = 12
private const val TAG_BITS = 128

@InvokeArg
class Bytes {
  var bytes: IntArray = intArrayOf()
}

@InvokeArg
class NamedText {
  var name: String = ""
  var text: String = ""
}

@InvokeArg
class Telephone {
  var number: String = ""
}

/**
 * The app's own requests of Android, called from Rust (src/platform.rs); the screens may not call them.
 *
 * The key never leaves the key store and needs no finger or face: the app's PIN is asked for in any case.
 * StrongBox is not asked for: on cheap phones it is missing or takes seconds.
 */
@TauriPlugin
class PlatformPlugin(private val activity: Activity) : Plugin(activity) {
  /** The nonce, then the sealed bytes. */
  @Command
  fun wrap(invoke: Invoke) = answer(invoke) { bytes ->
    val cipher = Cipher.getInstance(CIPHER)
    cipher.init(Cipher.ENCRYPT_MODE, key() ?: newKey())
    cipher.iv + cipher.doFinal(bytes)
  }

  @Command
  fun open(invoke: Invoke) = answer(invoke) { bytes ->
    val cipher = Cipher.getInstance(CIPHER)
    val key = key() ?: throw KeyStoreException("no key")
    cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, bytes, 0, NONCE_BYTES))
    cipher.doFinal(bytes, NONCE_BYTES, bytes.size - NONCE_BYTES)
  }

  @Command
  fun destroy(invoke: Invoke) = answer(invoke) {
    store().deleteEntry(NAME)
    byteArrayOf()
  }

  /** Shows a number in the dialler; a person presses the button, so no permission is needed. */
  @Command
  fun dial(invoke: Invoke) {
    try {
      val number = invoke.parseArgs(Telephone::class.java).number
      activity.startActivity(Intent(Intent.ACTION_DIAL, Uri.parse(number)))
      invoke.resolve()
    } catch (missing: ActivityNotFoundException) {
      invoke.reject("no dialler")
    }
  }

  /**
   * A file that its holder hands on, where a file manager shows it: among the downloads, else, before Android 10,
   * in the app's own folder, for which no permission is needed either. Nothing that is there is written over.
   */
  @Command
  fun lay(invoke: Invoke) {
    try {
      val file = invoke.parseArgs(NamedText::class.java)
      val bytes = file.text.toByteArray(Charsets.UTF_8)
      val place = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) download(file.name, bytes) else ownFile(file.name, bytes)
      invoke.resolveObject(mapOf("place" to place))
    } catch (fault: Exception) {
      invoke.reject("file: ${fault.javaClass.simpleName}")
    }
  }

  @RequiresApi(Build.VERSION_CODES.Q)
  private fun download(name: String, bytes: ByteArray): String {
    val resolver = activity.contentResolver
    val values = ContentValues().apply {
      put(MediaStore.MediaColumns.DISPLAY_NAME, name)
      put(MediaStore.MediaColumns.MIME_TYPE, "application/octet-stream")
      put(MediaStore.MediaColumns.RELATIVE_PATH, Environment.DIRECTORY_DOWNLOADS)
    }
    val uri = resolver.insert(MediaStore.Downloads.EXTERNAL_CONTENT_URI, values) ?: throw IOException()
    try {
      (resolver.openOutputStream(uri) ?: throw IOException()).use { it.write(bytes) }
    } catch (fault: IOException) {
      resolver.delete(uri, null, null)
      throw fault
    }
    return "${Environment.DIRECTORY_DOWNLOADS}/$name"
  }

  private fun ownFile(name: String, bytes: ByteArray): String {
    val folder = activity.getExternalFilesDir(Environment.DIRECTORY_DOWNLOADS) ?: throw IOException()
    var file = File(folder, name)
    var copy = 2
    while (!file.createNewFile()) file = File(folder, "${name.substringBeforeLast('.')}-${copy++}.${name.substringAfterLast('.')}")
    file.writeBytes(bytes)
    return file.path
  }

  private fun store(): KeyStore = KeyStore.getInstance(STORE).apply { load(null) }

  private fun key(): SecretKey? = store().getKey(NAME, null) as SecretKey?

  private fun newKey(): SecretKey {
    val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
    val wanted = KeyGenParameterSpec.Builder(NAME, purposes)
      .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
      .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
      .setKeySize(256)
      .build()
    return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).apply { init(wanted) }.generateKey()
  }

  /** Vendors' key stores throw what no signature names. Only the kind of fault is told on: no bytes. */
  private fun answer(invoke: Invoke, work: (ByteArray) -> ByteArray) {
    try {
      val given = invoke.parseArgs(Bytes::class.java).bytes
      val done = work(ByteArray(given.size) { given[it].toByte() })
      invoke.resolveObject(mapOf("bytes" to done.map { it.toInt() and 0xff }))
    } catch (fault: Exception) {
      invoke.reject("key store: ${fault.javaClass.simpleName}")
    }
  }
}
