// Hashes that the named tools made, or what the named primitive made in the named tool's spelling.

export interface Vector {
  readonly tool: string
  readonly spelling: string
  readonly password: string
  readonly hash: string
}

const ascii = 'correct horse battery staple'
const cyrillic = 'пароль с пробелами, и не один'
/** As many bytes as bcrypt reads. */
export const bytes72: string = 'e'.repeat(72)

export const vectors: readonly Vector[] = [
  {
    tool: 'Django 3.2',
    spelling: 'pbkdf2_sha256',
    password: ascii,
    hash: 'pbkdf2_sha256$260000$NhFratPy9ypMw6Gq8RAvmr$/N0TNORP7OgrRtuw7tKcfAwRbCRuJu3/DoftHnKtT/Y=',
  },
  {
    tool: 'Django 3.2',
    spelling: 'pbkdf2_sha256 (Cyrillic)',
    password: cyrillic,
    hash: 'pbkdf2_sha256$260000$M6d75S9VO1UeB0D2bf3qXJ$HWxu/JWIDtLsriHIaqF96eBXKJedFVuwoUQ0/X1bD1I=',
  },
  {
    tool: 'Django 3.2',
    spelling: 'pbkdf2_sha1',
    password: ascii,
    hash: 'pbkdf2_sha1$260000$gaf7tBELpvGovhlcAfhmeb$JeLRFKP3kW2Fbw3jeY9a8HZKppQ=',
  },
  {
    tool: 'Django 3.2',
    spelling: 'pbkdf2_sha1 (Cyrillic)',
    password: cyrillic,
    hash: 'pbkdf2_sha1$260000$E0GkxFaPwdvsi3ZRPSBjuF$RRQVyP97tIcdGqXWS9yQJppdaLo=',
  },
  {
    tool: 'Django 3.2',
    spelling: 'argon2',
    password: ascii,
    hash: 'argon2$argon2id$v=19$m=102400,t=2,p=8$TTZ5ZEoxM2Z4N041eVRtTTdvWmp0WQ$i8+FChsJP6yvKCAMfzIOdA',
  },
  {
    tool: 'Django 3.2',
    spelling: 'argon2 (Cyrillic)',
    password: cyrillic,
    hash: 'argon2$argon2id$v=19$m=102400,t=2,p=8$SGpaTFR2V0gzZzFTYjMxS2lKQkwweg$gdZWnwJjYpRvoXb4kFqiwA',
  },
  {
    tool: 'Django 3.2',
    spelling: 'bcrypt_sha256',
    password: ascii,
    hash: 'bcrypt_sha256$$2b$12$Yhgfv5YjNdmraRJQmBZNzeumOOyoDE5IbfucPK4DcSFQ.nY6w/l/C',
  },
  {
    tool: 'Django 3.2',
    spelling: 'bcrypt_sha256 (Cyrillic)',
    password: cyrillic,
    hash: 'bcrypt_sha256$$2b$12$Hd4S8r8YJL3BrDrHVbkMEe7aGPWehYWG0fWyjiYy9/.Gc81/n5oJ2',
  },
  {
    tool: 'Django 3.2',
    spelling: 'bcrypt',
    password: ascii,
    hash: 'bcrypt$$2b$12$qCxmlsWjlHP4DkRm375oIuwMBXbF1A6lXWFmlfpu7SA.DGMxq1wb.',
  },
  {
    tool: 'hashlib, as Django 5',
    spelling: 'scrypt',
    password: ascii,
    hash: 'scrypt$16384$aVbT3xPq9LmN2sRk7WyZcD$8$5$mBJiJ4pi8jsQxQ9uz/v9ap6XgG/ABeP9Ae0yzhmalP9vN7xAINTRYkppZ8jRRzruOpAYCL0WybTKkSZ29F63aQ==',
  },
  {
    tool: 'hashlib, as Django 5',
    spelling: 'scrypt (Cyrillic)',
    password: cyrillic,
    hash: 'scrypt$16384$aVbT3xPq9LmN2sRk7WyZcD$8$5$jLg4QDmt98C9tcupZIPunE3lho2N44IUDDtTrlhVwpNRW0RJ8VILPF4NllnDdmhLznkeSLt0tz0Nl6i2wLF3dQ==',
  },
  {
    tool: 'Werkzeug 2.2',
    spelling: 'pbkdf2:sha256',
    password: ascii,
    hash: 'pbkdf2:sha256:26000$5iYK4BNJJVJWL2rQ$85e1c16040f0d5e10898c982c689a9135796da896dbd429fbd1425202bf09669',
  },
  {
    tool: 'Werkzeug 2.2',
    spelling: 'pbkdf2:sha512',
    password: ascii,
    hash: 'pbkdf2:sha512:21000$oqUde26vnn48PE2G$48fb9978d6e9c2c9533cc64fb236c4d61d5ad20a336a6bc01e959d954061ba79084f1b7ad452a23676a8f053b6c9470e1509c4afd30b93059db02c6c10c5623b',
  },
  {
    tool: 'Werkzeug 2.2',
    spelling: 'pbkdf2:sha1, salt of 8',
    password: ascii,
    hash: 'pbkdf2:sha1:15000$SrLnOGG1$336d94a3b360ac1b1153d82f7006c6f09e4f46e5',
  },
  {
    tool: 'Werkzeug 2.2',
    spelling: 'pbkdf2:sha256 (Cyrillic)',
    password: cyrillic,
    hash: 'pbkdf2:sha256:26000$yC59Qdv4a6MKdNAG$8e7a219f0ba747b7ce5129264103d1255d9e0364625f266c1702d3b5004f9e0f',
  },
  {
    tool: 'hashlib, as Werkzeug 3',
    spelling: 'scrypt',
    password: ascii,
    hash: 'scrypt:32768:8:1$Zk3rT8vQm1XbN6cL$addb59c1b09e7bafe67d02584627524ef13824cc0a8c4e2957c69c0cb89b8d998569e0b22152284439dcf14ff8671b90ac8b3c5ce8acd6e70b269dd27c9ded8c',
  },
  {
    tool: 'hashlib, as Werkzeug 3',
    spelling: 'scrypt (Cyrillic)',
    password: cyrillic,
    hash: 'scrypt:32768:8:1$Zk3rT8vQm1XbN6cL$d40f5aa3ce7ef5d66b55e662070b374a213ba20f49339bccc35d338ff7b090c8caf512a0e6dd3310411560d1ddd77e24a33c354e886bbdba3c0ba5d0de4fb9f9',
  },
  {
    tool: 'Python bcrypt 3.2',
    spelling: '$2a',
    password: ascii,
    hash: '$2a$06$UfqPsaWtzFXM2wRIapX/D.p08pcZHj5krfPFeSZE7qE769Xa302z.',
  },
  {
    tool: 'Python bcrypt 3.2',
    spelling: '$2b',
    password: ascii,
    hash: '$2b$06$EkKcDV8xtfiFyF1qcQguDexZvB/6G8kZfY3fnVxq96dHaSOvabuKS',
  },
  {
    tool: 'Python bcrypt 3.2, marked as PHP marks it',
    spelling: '$2y',
    password: ascii,
    hash: '$2y$06$tTZ4uS0LcmMM6S.UrdqAJeDDZotHLAx.uyCNN0SOcvBvpVEVC8Rd2',
  },
  {
    tool: 'Python bcrypt 3.2',
    spelling: '72 bytes',
    password: bytes72,
    hash: '$2b$05$IUWw6sVzVC94hRI8/ANHDe5fTncUYawK2Nb4HCGIRhq8T3vZLDiiG',
  },
  {
    tool: 'Passlib 1.7',
    spelling: 'pbkdf2-sha256',
    password: ascii,
    hash: '$pbkdf2-sha256$29000$856zNkao1ZpTKkUIAaB0rg$7flEJV4cD1p0Ylpn/4D75hIW1K6kYyxwmgq7j7Pnyuw',
  },
  {
    tool: 'Passlib 1.7',
    spelling: 'pbkdf2-sha512',
    password: ascii,
    hash: '$pbkdf2-sha512$25000$.L/X2vsfY.zdOyektJayNg$z8B5bDQeSYF3T.2CKSeJYBlG92MxUf9sXJBogOtM0iFqh0pdRvX6IG6q3lk4ojWiX1JnZMqAlboAEyHoQvnpUg',
  },
  {
    tool: 'Passlib 1.7',
    spelling: 'pbkdf2 (SHA-1)',
    password: ascii,
    hash: '$pbkdf2$20000$8D5n7D2ntNZ6L0WoNQZA6A$6nv0zntbk5uJDF8MSaIWw/m70ho',
  },
  {
    tool: 'Passlib 1.7',
    spelling: 'scrypt',
    password: ascii,
    hash: '$scrypt$ln=14,r=8,p=1$mTPmvLdWaq015rw3RqhVCg$SQk7uSdtY+Kpp5kTzoXSA2uM8bAo9kq3281i4KJhJDQ',
  },
  {
    tool: 'hashlib, as PHC',
    spelling: 'pbkdf2-sha256 with i',
    password: ascii,
    hash: '$pbkdf2-sha256$i=10000$c2l4dGVlbiBieXRlIHNsdA$YMsWv0mn9TrN9rtaxQu4eLWLAS6DOOPVhHop41hTSCU',
  },
  {
    tool: 'hashlib, as PHC',
    spelling: 'pbkdf2-sha256 with i and l',
    password: ascii,
    hash: '$pbkdf2-sha256$i=10000,l=32$c2l4dGVlbiBieXRlIHNsdA$YMsWv0mn9TrN9rtaxQu4eLWLAS6DOOPVhHop41hTSCU',
  },
  {
    tool: 'argon2-cffi 21.1',
    spelling: 'argon2i',
    password: ascii,
    hash: '$argon2i$v=19$m=8192,t=3,p=2$qDsqLZokFqaEJhWeAHJ9uA$9EETTqU2DrUuik/UOfGpww',
  },
  {
    tool: 'argon2-cffi 21.1',
    spelling: 'argon2d',
    password: ascii,
    hash: '$argon2d$v=19$m=8192,t=3,p=2$ug17T6V2y85zSBPzP4R7Og$t8zGqH0WGADXFaZ4kAd5Nw',
  },
  {
    tool: 'argon2-cffi 21.1',
    spelling: 'argon2id',
    password: ascii,
    hash: '$argon2id$v=19$m=8192,t=3,p=2$YZFVxi8A5MqXwOUIatSYJQ$FoZ6/pH7QwMHp+ceqHXqJA',
  },
  {
    tool: 'argon2-cffi 21.1',
    spelling: 'version 16',
    password: ascii,
    hash: '$argon2i$v=16$m=4096,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$of8lTOuGqA16ESo4fLPEGalgCFI1aWkFZ6fA2YFMbfA',
  },
]

/** From the documents that define the functions, in PHC spelling. */
export const published: readonly Vector[] = [
  {
    tool: 'RFC 7914 section 12',
    spelling: 'scrypt, N = 16384',
    password: 'pleaseletmein',
    hash: '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
  },
  {
    tool: 'RFC 6070',
    spelling: 'PBKDF2-HMAC-SHA1, 4096 iterations, 25 bytes',
    password: 'passwordPASSWORDpassword',
    hash: '$pbkdf2-sha1$i=4096,l=25$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$PS7sT+QchJuAyNg2YsDkSospGpZM8vBwOA',
  },
  {
    tool: 'jBCrypt',
    spelling: 'bcrypt, cost 6',
    password: 'a',
    hash: '$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe',
  },
]
