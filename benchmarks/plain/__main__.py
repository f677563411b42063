"""`python -m benchmarks.plain ROWS`: make the database, put the documents in, and print a token."""

import sys

import django


def prepare(rows: int) -> str:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from rest_framework.authtoken.models import Token

    from benchmarks.documents import documents
    from benchmarks.plain.models import Script

    call_command("migrate", verbosity=0, run_syncdb=True)
    names = {field.name for field in Script._meta.fields}
    made = [{"guid": document["assembly_guid"]} | document for document in documents(rows)]
    Script.objects.bulk_create([Script(**{name: one[name] for name in names & set(one)}) for one in made])
    return str(Token.objects.create(user=User.objects.create_user("bench")).key)


if __name__ == "__main__":
    django.setup()
    print(prepare(int(sys.argv[1])))
